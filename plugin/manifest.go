package plugin

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Manifest describes a connector as a file, manifest.json. Its top level has
// the shape of an MCP bundle's manifest, version 0.3; what is ours stands
// under _meta.
type Manifest struct {
	Schema          string                `json:"$schema,omitempty"`
	ManifestVersion string                `json:"manifest_version"` // "0.3"
	Name            string                `json:"name"`
	DisplayName     string                `json:"display_name,omitempty"`
	Version         string                `json:"version"`
	Description     string                `json:"description"`
	Author          ManifestAuthor        `json:"author"`
	License         string                `json:"license,omitempty"`
	Keywords        []string              `json:"keywords,omitempty"`
	PrivacyPolicies []string              `json:"privacy_policies,omitempty"`
	Server          ManifestServer        `json:"server"`
	Compatibility   ManifestCompatibility `json:"compatibility"`
	UserConfig      map[string]UserConfig `json:"user_config,omitempty"`
	Tools           []ManifestTool        `json:"tools"`
	Meta            ManifestMeta          `json:"_meta"`
}

// ManifestAuthor names who made the connector.
type ManifestAuthor struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// ManifestServer says how an MCP client would start the connector.
type ManifestServer struct {
	Type       string            `json:"type"` // "binary"
	EntryPoint string            `json:"entry_point"`
	MCPConfig  ManifestMCPConfig `json:"mcp_config"`
}

// ManifestMCPConfig is a command line.
type ManifestMCPConfig struct {
	Command string   `json:"command"`
	Args    []string `json:"args"`
}

// ManifestCompatibility says where the connector runs.
type ManifestCompatibility struct {
	Platforms []string `json:"platforms"`
}

// UserConfig is one setting, in the words of an MCP bundle.
type UserConfig struct {
	Type        string          `json:"type"` // string, number, boolean, directory or file
	Title       string          `json:"title"`
	Description string          `json:"description"`
	Required    bool            `json:"required"`
	Sensitive   bool            `json:"sensitive,omitempty"`
	Default     json.RawMessage `json:"default,omitempty"`
}

// ManifestTool is one action, in the words of an MCP bundle.
type ManifestTool struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

// ManifestMeta is the _meta of a manifest.
type ManifestMeta struct {
	Linkstep ManifestLinkstep `json:"dev.linkstep"`
}

// ManifestLinkstep is what a host needs to know beyond an MCP bundle.
type ManifestLinkstep struct {
	Protocol     ManifestRange    `json:"protocol"`
	Host         string           `json:"host"` // range of host versions, ">=0.1.0"
	Capabilities []string         `json:"capabilities,omitempty"`
	Auth         *Auth            `json:"auth,omitempty"`
	API          APIVersion       `json:"api"`
	ConfigSchema ManifestFile     `json:"config_schema"`
	Actions      []ManifestAction `json:"actions"`
	Artifacts    []Artifact       `json:"artifacts,omitempty"` // only in an installed copy
}

// ManifestRange is an inclusive range.
type ManifestRange struct {
	Min int `json:"min"`
	Max int `json:"max"`
}

// ManifestFile is a file with the checksum of its content.
type ManifestFile struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"` // lower-case hex
}

// ManifestAction is one action, without the text of its schemas.
type ManifestAction struct {
	Name       string       `json:"name"`
	Version    string       `json:"version"`
	Effect     ActionEffect `json:"effect"`
	Idempotent bool         `json:"idempotent"`
	Keyed      bool         `json:"keyed,omitempty"`
	Access     Access       `json:"access"`
	Input      ManifestFile `json:"input_schema"`
	Output     ManifestFile `json:"output_schema"`
	Scopes     [][]string   `json:"scopes,omitempty"`
	Products   []string     `json:"products,omitempty"`
	Cost       int          `json:"cost"`
	Data       Data         `json:"data"`
	ErrorKinds KindList     `json:"error_kinds"`
	Paging     *Paging      `json:"paging,omitempty"`
}

// Artifact is a plugin binary for one platform.
type Artifact struct {
	OS     string `json:"os"`   // as GOOS
	Arch   string `json:"arch"` // as GOARCH
	Path   string `json:"path"` // relative to the manifest
	SHA256 string `json:"sha256"`
}

// ManifestSchema is the JSON Schema that every manifest.json fits.
const ManifestSchema = "schemas/manifest.schema.json"

// minHost is the first host version that loads connectors of this protocol.
const minHost = ">=0.1.0"

// NewManifest returns the manifest of a connector that describes itself so,
// without artifacts. It fails for a config schema that is no object of
// properties.
func NewManifest(d *Description) (*Manifest, error) {
	m := &Manifest{
		Schema: ManifestSchema, ManifestVersion: "0.3",
		Name: d.Name, DisplayName: d.DisplayName, Version: d.Version, Description: d.Summary,
		Author: ManifestAuthor{Name: d.About.Author, URL: d.About.URL}, License: d.About.License,
		Keywords: d.About.Keywords, PrivacyPolicies: d.About.PrivacyPolicies,
		Server: ManifestServer{
			Type: "binary", EntryPoint: "linkstep",
			MCPConfig: ManifestMCPConfig{Command: "linkstep", Args: []string{"mcp", d.Name}},
		},
		Compatibility: ManifestCompatibility{Platforms: []string{"darwin", "linux"}},
		Tools:         []ManifestTool{},
		Meta: ManifestMeta{Linkstep: ManifestLinkstep{
			Protocol: ManifestRange{Min: d.Protocol, Max: d.Protocol}, Host: minHost,
			Capabilities: d.Capabilities, Auth: d.Auth, API: d.API,
			ConfigSchema: schemaFile("config", d.ConfigSchema),
		}},
	}
	for i := range d.Actions {
		a := &d.Actions[i]
		m.Tools = append(m.Tools, ManifestTool{Name: a.Name, Description: a.Description})
		m.Meta.Linkstep.Actions = append(m.Meta.Linkstep.Actions, ManifestAction{
			Name: a.Name, Version: a.Version, Effect: a.Effect, Idempotent: a.Idempotent, Keyed: a.Keyed, Access: a.Access,
			Input: schemaFile(a.Name+".input", a.Input), Output: schemaFile(a.Name+".output", a.Output),
			Scopes: a.Scopes, Products: a.Products, Cost: a.Cost, Data: a.Data, ErrorKinds: a.ErrorKinds, Paging: a.Paging,
		})
	}
	var err error
	m.UserConfig, err = userConfig(d.ConfigSchema)
	return m, err
}

// schemaFile names the file of a schema and the checksum of its content, which
// is the schema as [SchemaText] writes it.
func schemaFile(name string, schema json.RawMessage) ManifestFile {
	sum := sha256.Sum256(SchemaText(schema))
	return ManifestFile{Path: "schemas/" + name + ".json", SHA256: hex.EncodeToString(sum[:])}
}

// SchemaText returns a schema as it stands in its file: indented by two
// spaces, with a line end. A schema that is no JSON is returned as it is.
func SchemaText(schema json.RawMessage) []byte {
	var compact, text bytes.Buffer
	if json.Compact(&compact, schema) != nil || json.Indent(&text, compact.Bytes(), "", "  ") != nil {
		return schema
	}
	text.WriteByte('\n')
	return text.Bytes()
}

// userConfig words the settings of a config schema as those of an MCP bundle.
func userConfig(schema json.RawMessage) (map[string]UserConfig, error) {
	if len(schema) == 0 {
		return nil, nil
	}
	var doc struct {
		Properties map[string]struct {
			Type        string          `json:"type"`
			Title       string          `json:"title"`
			Description string          `json:"description"`
			Default     json.RawMessage `json:"default"`
			WriteOnly   bool            `json:"writeOnly"`
		} `json:"properties"`
		Required []string `json:"required"`
	}
	if err := json.Unmarshal(schema, &doc); err != nil {
		return nil, fmt.Errorf("config schema: %w", err)
	}
	required := make(map[string]bool)
	for _, name := range doc.Required {
		required[name] = true
	}
	config := make(map[string]UserConfig)
	for name, p := range doc.Properties {
		c := UserConfig{Title: p.Title, Description: p.Description, Required: required[name], Sensitive: p.WriteOnly, Default: p.Default}
		switch p.Type {
		case "string", "number", "boolean":
			c.Type = p.Type
		case "integer":
			c.Type = "number"
		default: // an MCP bundle has no objects and lists; they stay ours alone
			continue
		}
		config[name] = c
	}
	return config, nil
}
