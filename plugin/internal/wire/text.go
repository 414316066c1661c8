package wire

import (
	"strings"

	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	pbproto "google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// textCodec is gRPC's codec for a server whose answers may hold text that is
// not UTF-8, a vendor's message that was cut within a character say. Protobuf
// refuses the whole message then, and the kind and the hint of an error would
// be lost for the sake of its text. What is not UTF-8 becomes U+FFFD.
type textCodec struct{ encoding.CodecV2 }

func newTextCodec() encoding.CodecV2 { return textCodec{encoding.GetCodecV2(proto.Name)} }

func (c textCodec) Marshal(v any) (mem.BufferSlice, error) {
	data, err := c.CodecV2.Marshal(v)
	m, ok := v.(pbproto.Message)
	if err == nil || !ok {
		return data, err
	}
	m = pbproto.Clone(m) // it shares its lists with the connector's answer
	validate(m.ProtoReflect())
	return c.CodecV2.Marshal(m)
}

// validate makes the texts of a message UTF-8, those in its messages and lists
// included. A string that the peer hands back or looks up stays as it is, and
// the message fails: another one in its place would be taken for it.
func validate(m protoreflect.Message) {
	m.Range(func(field protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch field.Name() {
		case "cursor", "next_cursor", "session", "key", "keys":
			return true
		}
		switch {
		case field.IsMap(): // no answer has one
		case field.IsList() && field.Message() != nil:
			for i := range v.List().Len() {
				validate(v.List().Get(i).Message())
			}
		case field.IsList() && field.Kind() == protoreflect.StringKind:
			for i := range v.List().Len() {
				v.List().Set(i, valid(v.List().Get(i)))
			}
		case field.Message() != nil:
			validate(v.Message())
		case field.Kind() == protoreflect.StringKind:
			m.Set(field, valid(v))
		}
		return true
	})
}

func valid(text protoreflect.Value) protoreflect.Value {
	return protoreflect.ValueOfString(strings.ToValidUTF8(text.String(), "\uFFFD"))
}
