package connector

import (
	"context"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/schemas"
)

// Describe implements [plugin.Connector].
func (c *Connector) Describe(context.Context, *plugin.DescribeRequest) (*plugin.Description, error) {
	d := &plugin.Description{
		Name: connectorName, DisplayName: "LinkedIn", Version: Version, Protocol: plugin.Protocol,
		Summary: "LinkedIn steps for workflows: the own profile, a people search, other members by id, and connections.",
		About: plugin.About{
			Author: "The Linkstep authors", URL: "https://github.com/linkstep/linkstep", License: "Apache-2.0",
			Keywords: []string{"linkedin", "profile", "people", "workflow", "connector"},
			PrivacyPolicies: []string{
				"https://www.linkedin.com/legal/privacy-policy",
				"https://www.linkedin.com/legal/l/api-terms-of-use",
			},
		},
		API:          plugin.APIVersion{Version: defaultAPIVersion, Sunset: sunsetOf(defaultAPIVersion)},
		Capabilities: []string{plugin.CapabilityUsage},
		Auth: &plugin.Auth{
			Type:             "oauth2",
			AuthorizationURL: "https://" + authHost + pathAuthorize,
			TokenURL:         "https://" + authHost + pathToken,
			Scopes:           authScopes(),
			DocsURL:          "https://learn.microsoft.com/linkedin/shared/authentication/authorization-code-flow",
		},
		ConfigSchema: schemas.Read("config"),
	}
	for _, a := range c.actions {
		d.Actions = append(d.Actions, a.spec)
	}
	return d, nil
}
