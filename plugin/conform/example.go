package conform

import (
	"context"
	"regexp"
	"slices"
	"strings"
)

func examplesFit(_ context.Context, s *subject) error {
	var wrong findings
	for _, a := range s.desc.Actions {
		if len(a.Examples) == 0 {
			wrong.add("%s has no example", a.Name)
		}
		for i, e := range a.Examples {
			if strings.TrimSpace(e.Title) == "" {
				wrong.add("example %d of %s has no title", i+1, a.Name)
			}
			if in := s.schemas[a.Name+".input"]; in != nil {
				if misfit := in.misfit(e.Input); misfit != "" {
					wrong.add("the input of example %d of %s: %s", i+1, a.Name, misfit)
				}
			}
			if out := s.schemas[a.Name+".output"]; out != nil && len(e.Output) > 0 {
				if misfit := out.misfit(e.Output); misfit != "" {
					wrong.add("the output of example %d of %s: %s", i+1, a.Name, misfit)
				}
			}
		}
	}
	return wrong.fault("Give each action an example that can be run as it stands.")
}

// secretName is what a setting is called that is a secret in all likelihood.
var secretName = regexp.MustCompile(`(^|_)(secret|password|passphrase|api_key|private_key|access_token|refresh_token)$`)

func secretsMarked(_ context.Context, s *subject) error {
	config := s.schemas["config"]
	if config == nil {
		return notRun("the schema of the settings cannot be read")
	}
	var wrong findings
	for _, p := range config.properties() {
		name := p.pointer[strings.LastIndex(p.pointer, "/")+1:]
		top := strings.Count(p.pointer, "/") == 1 && strings.HasPrefix(p.pointer, "/")
		switch marked := p.schema["writeOnly"] == true; {
		case secretName.MatchString(name) && !marked:
			wrong.add("the setting %s is called like a secret and is not writeOnly", p.pointer)
		case marked && !top:
			wrong.add("the secret setting %s is inside another one", p.pointer)
		case marked && !slices.Equal(types(p.schema), []string{"string"}):
			wrong.add("the secret setting %s is no text", p.pointer)
		}
	}
	return wrong.fault("Mark a secret setting with \"writeOnly\": true, as a text at the top: the host keeps those apart, encrypted, and shows them nowhere.")
}

func authDescribed(_ context.Context, s *subject) error {
	var wrong findings
	described := map[string]bool{}
	if a := s.desc.Auth; a != nil {
		if a.Type != "oauth2" {
			wrong.add("the type is %q: it is oauth2", a.Type)
		}
		for name, address := range map[string]string{"authorization_url": a.AuthorizationURL, "token_url": a.TokenURL} {
			if !strings.HasPrefix(address, "https://") {
				wrong.add("the %s is %q, not an https address", name, address)
			}
		}
		for _, scope := range a.Scopes {
			described[scope.Name] = true
			if strings.TrimSpace(scope.Description) == "" {
				wrong.add("the scope %q has no description", scope.Name)
			}
		}
		slices.Sort(wrong)
	}
	for _, action := range s.desc.Actions {
		for _, name := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(action.Scopes...)))) {
			if !described[name] {
				wrong.add("%s needs the scope %q, which auth does not describe", action.Name, name)
			}
		}
	}
	return wrong.fault("Describe in Auth where the login is and what each scope allows, for the person who grants it.")
}
