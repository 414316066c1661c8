package protocol_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/linkstep/linkstep/connector/sandbox/internal/protocol"
)

func mask(fields ...protocol.MaskField) *protocol.Mask { return &protocol.Mask{Fields: fields} }

func field(name string) protocol.MaskField { return protocol.MaskField{Name: name} }

func TestParseMask(t *testing.T) {
	picture := protocol.MaskField{Name: "displayImage", Decorations: []protocol.Decoration{{Named: "playableStreams"}}}
	tests := []struct {
		name string
		text string
		want *protocol.Mask
	}{
		{"plain fields", "id,firstName", mask(field("id"), field("firstName"))},
		{"projection", "(id,firstName)", mask(field("id"), field("firstName"))},
		{"child of fields", "id,baz:(beep)", mask(field("id"), protocol.MaskField{Name: "baz", Mask: mask(field("beep"))})},
		{"child of a projection", "(profilePicture(displayImage))",
			mask(protocol.MaskField{Name: "profilePicture", Mask: mask(field("displayImage"))})},
		{"named decoration", "(profilePicture(displayImage~:playableStreams))",
			mask(protocol.MaskField{Name: "profilePicture", Mask: mask(picture)})},
		{"every element", "(elements*(handle~))", mask(protocol.MaskField{Name: "elements", Each: true,
			Mask: mask(protocol.MaskField{Name: "handle", Decorations: []protocol.Decoration{{}}})})},
		{"decoration with fields", "(entity~(id,vanityName),paging)", mask(
			protocol.MaskField{Name: "entity", Decorations: []protocol.Decoration{{Mask: mask(field("id"), field("vanityName"))}}},
			field("paging"))},
		{"decorations by type", "(entities*~foo(a)~bar(b))", mask(protocol.MaskField{Name: "entities", Each: true,
			Decorations: []protocol.Decoration{{Type: "foo", Mask: mask(field("a"))}, {Type: "bar", Mask: mask(field("b"))}}})},
		{"wildcard of maps", "baz:($*:(beep))", mask(protocol.MaskField{Name: "baz",
			Mask: mask(protocol.MaskField{Name: "$*", Mask: mask(field("beep"))})})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := protocol.ParseMask(tt.text)
			if err != nil {
				t.Fatalf("ParseMask(%q): %v", tt.text, err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("ParseMask(%q) (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

func TestParseMaskRefuses(t *testing.T) {
	for _, text := range []string{"", "()", "(id", "(id))", "id)", "(id,)", "(a~:)", "(a(b)", "(a b)", "(a,,b)", "List(a)x"} {
		if got, err := protocol.ParseMask(text); err == nil {
			t.Errorf("ParseMask(%q) = %+v; want an error", text, got)
		}
	}
}
