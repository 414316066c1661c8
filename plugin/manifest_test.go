package plugin_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/plugin"
)

// greeter is the description of a small connector with one of everything.
func greeter() *plugin.Description {
	return &plugin.Description{
		Name: "greeter", DisplayName: "Greeter", Version: "1.2.3", Protocol: plugin.Protocol, Summary: "Greets people.",
		About:        plugin.About{Author: "Ada", URL: "https://example.test", License: "Apache-2.0", Keywords: []string{"hello"}, PrivacyPolicies: []string{"https://example.test/privacy"}},
		API:          plugin.APIVersion{Version: "202611", Sunset: "2027-11-30"},
		Capabilities: []string{plugin.CapabilityOptions},
		Auth:         &plugin.Auth{Type: "oauth2", AuthorizationURL: "https://example.test/a", TokenURL: "https://example.test/t", Scopes: []plugin.AuthScope{{Name: "hello", Description: "May greet."}}},
		ConfigSchema: json.RawMessage(`{"type":"object","required":["client_id"],"properties":{
			"client_id":{"type":"string","title":"Client ID","description":"From the portal."},
			"client_secret":{"type":"string","title":"Secret","description":"Keep it.","writeOnly":true},
			"times":{"type":"integer","title":"Times","description":"How often.","default":3},
			"loud":{"type":"boolean","title":"Loud","description":"Shout."},
			"names":{"type":"array","title":"Names","description":"Has no form in a bundle."}}}`),
		Actions: []plugin.ActionSpec{{
			Name: "greet", Version: "1", Title: "Greet", Description: "Greets one person.", Effect: plugin.EffectRead, Idempotent: true, Keyed: true,
			Access: plugin.AccessOpen, Cost: 1, Scopes: [][]string{{"hello"}}, Products: []string{"Greeting"},
			Input: json.RawMessage(`{"type":"object"}`), Output: json.RawMessage(`{"type":"object"}`),
			ErrorKinds: []plugin.Kind{plugin.NotFound}, Data: plugin.Data{Subject: plugin.SubjectNone},
			Paging: &plugin.Paging{Field: "people", MaxPageSize: 50},
		}},
	}
}

func TestNewManifest(t *testing.T) {
	m, err := plugin.NewManifest(greeter())
	if err != nil {
		t.Fatal(err)
	}
	wantGolden(t, "manifest.json", m)

	sum := sha256.Sum256([]byte("{\n  \"type\": \"object\"\n}\n"))
	if got, want := m.Meta.Linkstep.Actions[0].Input.SHA256, hex.EncodeToString(sum[:]); got != want {
		t.Errorf("checksum of the input schema = %s, want that of its file, %s", got, want)
	}
}

func TestNewManifestOfNothing(t *testing.T) {
	tests := []struct {
		name, schema string
		wantErr      bool
		why          string
	}{
		{"no config schema", ``, false, "a connector without settings"},
		{"no properties", `{"type":"object"}`, false, "the same, said in a schema"},
		{"a list", `[]`, true, "a schema is an object"},
		{"no JSON", `{`, true, "a broken schema must not become a manifest"},
		{"properties that are none", `{"properties":3}`, true, "a wrong shape must not become a manifest"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := plugin.NewManifest(&plugin.Description{Name: "x", ConfigSchema: json.RawMessage(tt.schema)})
			if (err != nil) != tt.wantErr {
				t.Fatalf("NewManifest with config schema %q: error %v, want one: %t (%s)", tt.schema, err, tt.wantErr, tt.why)
			}
			if err != nil {
				return
			}
			// MCP clients demand these lists even when they are empty.
			doc, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			var back struct {
				Tools  []any `json:"tools"`
				Server struct {
					MCPConfig struct {
						Args []string `json:"args"`
					} `json:"mcp_config"`
				} `json:"server"`
			}
			if err := json.Unmarshal(doc, &back); err != nil || back.Tools == nil || back.Server.MCPConfig.Args == nil {
				t.Errorf("manifest of nothing = %s, %v; a list is missing", doc, err)
			}
		})
	}
}

func TestSchemaText(t *testing.T) {
	tests := []struct{ name, in, want, why string }{
		{"compact", `{"b":1,"a":[1,2]}`, "{\n  \"b\": 1,\n  \"a\": [\n    1,\n    2\n  ]\n}\n", "the order of keys is the author's"},
		{"indented already", "{\n\t\"a\":   1 }\n\n", "{\n  \"a\": 1\n}\n", "the same schema has one text, or checksums differ"},
		{"large number", `{"maximum":9007199254740993}`, "{\n  \"maximum\": 9007199254740993\n}\n", "a float64 would lose the last digit"},
		{"no JSON", `{oops`, `{oops`, "an error must show what is there"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, string(plugin.SchemaText(json.RawMessage(tt.in)))); diff != "" {
				t.Errorf("SchemaText(%s): %s (-want +got):\n%s", tt.in, tt.why, diff)
			}
		})
	}
}

func TestResultJSON(t *testing.T) {
	limit := int64(100)
	wantGolden(t, "result.json", &plugin.Result{
		Output: json.RawMessage(`{"id":9007199254740993}`),
		Meta: plugin.Meta{
			UpstreamCalls: 2, Retries: 1, Waited: 1500e6, Cached: false, CacheAge: 2e9,
			Quota:      []plugin.UsageBucket{{Endpoint: "GET /v2/me", Scope: plugin.ScopeMember, Limit: &limit, Used: 3, Source: plugin.LimitLearned}},
			RequestIDs: []string{"r1"}, APIVersion: "202611", ConnectorName: "greeter@1.2.3",
			Notices: []plugin.Event{{Type: plugin.EventNotice, Code: "stale", Message: "an old reply was used"}},
		},
	})
}
