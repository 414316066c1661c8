package compat_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/compat"
)

// TestDefinitions compares inputs with definitions, which count as if they
// stood where they are named.
func TestDefinitions(t *testing.T) {
	const (
		named   = `{"properties":{"p":{"$ref":"#/$defs/P"}},"$defs":{"P":{"type":"string","description":"One."}}}`
		loop    = `{"$ref":"#/$defs/L","$defs":{"L":{"properties":{"next":{"$ref":"#/$defs/L"}},"description":"One."}}}`
		limited = `{"properties":{"p":{"$ref":"#/$defs/P","maxLength":5}},"$defs":{"P":{"type":"string"}}}`
	)
	tests := []struct {
		name, old, now string
		want           verdict
		why            string
	}{
		{"other words", named, strings.Replace(named, "One", "Two", 1), same, "they are for people"},
		{"inlined", named, `{"properties":{"p":{"type":"string"}}}`, same, "the same schema"},
		{"named now", `{"properties":{"p":{"type":"string"}}}`, named, same, "the same schema"},
		{"another name", named, strings.ReplaceAll(named, "P", "Q"), same, "nobody sees it"},
		{"a definition that is not used", named, strings.Replace(named, `"$defs":{`, `"$defs":{"Q":{},`, 1), same, "nobody sees it"},
		{"a narrower definition", named, strings.Replace(named, `"type"`, `"maxLength":5,"type"`, 1), breaking, "longer ones fitted"},
		{"a wider definition", named, strings.Replace(named, `"type":"string"`, `"type":["string","null"]`, 1), compatible, "what fitted fits"},
		{"a definition in a branch", `{"anyOf":[{"$ref":"#/$defs/A"}],"$defs":{"A":{"type":"string"}}}`, `{"anyOf":[{"$ref":"#/$defs/A"}],"$defs":{"A":{"type":"null"}}}`, breaking, "strings fitted"},
		{"words of a branch", `{"anyOf":[{"type":"string","title":"One"}]}`, `{"anyOf":[{"type":"string","title":"Two"}]}`, same, "they are for people"},
		{"a name like a keyword", `{"oneOf":[{"properties":{"title":{}}}]}`, `{"oneOf":[{"properties":{"title":{"type":"null"}}}]}`, breaking, "it is a property"},
		{"a definition that holds itself", loop, strings.Replace(loop, "One", "Two", 1), same, "only words differ"},
		{"another one that holds itself", loop, strings.Replace(loop, `"description"`, `"maxProperties":5,"description"`, 1), breaking, "larger ones fitted"},
		{"limits beside a name", limited, strings.Replace(limited, `"type":"string"`, `"type":"null"`, 1), breaking, "strings fitted"},
		{"a reference in a keyword of its own", `{"weird":{"$ref":"#/$defs/A"},"$defs":{"A":{"type":"string"}}}`, `{"weird":{"$ref":"#/$defs/A"},"$defs":{"A":{"type":"null"}}}`, breaking, "better careful"},
		{"a root within", `{"items":{"$id":"b","$ref":"#/$defs/A","$defs":{"A":{"type":"string"}}},"$defs":{"A":{}}}`, `{"items":{"$id":"b","$ref":"#/$defs/A","$defs":{"A":{"type":"null"}}},"$defs":{"A":{}}}`, breaking, "strings fitted"},
		{"a reference to nothing", `{"$ref":"#/$defs/No"}`, `{"$ref":"#/$defs/None"}`, breaking, "better careful"},
		{"definitions that double", doubling("One"), doubling("Two"), same, "they would not end"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			version := func(schema string) *plugin.Description {
				return &plugin.Description{Actions: []plugin.ActionSpec{{Name: "a", Input: json.RawMessage(schema)}}}
			}
			changes := compat.Compare(version(tt.old), version(tt.now))
			if got := judge(changes); got != tt.want {
				t.Errorf("from %s to %s is %s, want %s: %s\n%v", tt.old, tt.now, got, tt.want, tt.why, changes)
			}
		})
	}
}

// doubling is a schema of 40 definitions, each of which names the next twice.
func doubling(description string) string {
	var b strings.Builder
	b.WriteString(`{"$ref":"#/$defs/0","$defs":{`)
	for i := range 40 {
		fmt.Fprintf(&b, `"%d":{"properties":{"a":{"$ref":"#/$defs/%d"},"b":{"$ref":"#/$defs/%d"}}},`, i, i+1, i+1)
	}
	fmt.Fprintf(&b, `"40":{"description":%q}}}`, description)
	return b.String()
}
