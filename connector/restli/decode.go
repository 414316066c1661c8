package restli

import (
	"fmt"
	"strings"
)

// Decode reads a value in the full encoding, the inverse of [Encode]. Scalars come out as Strings, because their types are lost
// on the wire. Empty input is the empty string, as in "foo=". Unbalanced parentheses, empty elements that are not two quotes, broken
// percent escapes, names that come twice and nesting beyond 64 levels are a [*SyntaxError]. A plus is a plus.
func Decode(encoded string) (Value, error) {
	return decode(&decoder{in: encoded})
}

// DecodeReduced reads a value in the reduced encoding, the inverse of [EncodeReduced]. It differs from [Decode] in one point:
// a percent sign that begins no escape is a percent sign, since not every server escapes it.
func DecodeReduced(encoded string) (Value, error) {
	return decode(&decoder{in: encoded, strayPercent: true})
}

func decode(d *decoder) (Value, error) {
	if d.in == "" {
		return String(""), nil
	}
	v, err := d.value(0)
	if err != nil {
		return nil, err
	}
	if d.pos < len(d.in) {
		return nil, unexpected("value", d.in, d.pos)
	}
	return v, nil
}

// decoder reads one encoded value from left to right. Structure is found before percent escapes are undone, so an escaped
// parenthesis is never taken for a real one.
type decoder struct {
	in           string
	pos          int
	strayPercent bool // a percent sign that begins no escape stands for itself
}

func (d *decoder) value(depth int) (Value, error) {
	if depth > maxDepth {
		return nil, &SyntaxError{What: "value", Offset: d.pos, Reason: fmt.Sprintf("nested more than %d deep", maxDepth)}
	}
	rest := d.in[d.pos:]
	switch {
	case strings.HasPrefix(rest, "List("):
		d.pos += len("List(")
		return d.list(depth)
	case strings.HasPrefix(rest, "("):
		d.pos++
		return d.object(depth)
	}
	text, err := d.token()
	if err != nil {
		return nil, err
	}
	return String(text), nil
}

// list reads what follows "List(", closing parenthesis included.
func (d *decoder) list(depth int) (Value, error) {
	list := List{}
	if d.accept(')') {
		return list, nil
	}
	for {
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		if d.accept(')') {
			return list, nil
		}
		if !d.accept(',') {
			return nil, unexpected("value", d.in, d.pos)
		}
	}
}

// object reads what follows "(", closing parenthesis included.
func (d *decoder) object(depth int) (Value, error) {
	object := Object{}
	if d.accept(')') {
		return object, nil
	}
	seen := map[string]bool{}
	for {
		start := d.pos
		name, err := d.token()
		if err != nil {
			return nil, err
		}
		if seen[name] {
			return nil, &SyntaxError{What: "value", Offset: start, Reason: "a name comes twice"}
		}
		seen[name] = true
		if !d.accept(':') {
			return nil, unexpected("value", d.in, d.pos)
		}
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		object = append(object, Entry{Name: name, Value: v})
		if d.accept(')') {
			return object, nil
		}
		if !d.accept(',') {
			return nil, unexpected("value", d.in, d.pos)
		}
	}
}

// token reads a text up to the next structural character. Two quotes are the empty text; no text at all is an error.
func (d *decoder) token() (string, error) {
	if strings.HasPrefix(d.in[d.pos:], "''") {
		d.pos += len("''")
		return "", nil
	}
	end := strings.IndexAny(d.in[d.pos:], structural)
	if end < 0 {
		end = len(d.in) - d.pos
	}
	if end == 0 {
		return "", unexpected("value", d.in, d.pos)
	}
	text, bad := unescape(d.in[d.pos:d.pos+end], d.strayPercent)
	if bad >= 0 {
		return "", &SyntaxError{What: "value", Offset: d.pos + bad, Reason: "broken percent escape"}
	}
	d.pos += end
	return text, nil
}

func (d *decoder) accept(c byte) bool {
	if d.pos < len(d.in) && d.in[d.pos] == c {
		d.pos++
		return true
	}
	return false
}

// unescape undoes percent escapes. Where one is broken it returns its offset, unless stray percent signs are allowed; -1 means
// that all is well.
func unescape(text string, strayPercent bool) (string, int) {
	if !strings.Contains(text, "%") {
		return text, -1
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			out = append(out, text[i])
			continue
		}
		if i+2 < len(text) && hexValue(text[i+1]) >= 0 && hexValue(text[i+2]) >= 0 {
			out = append(out, byte(hexValue(text[i+1])<<4|hexValue(text[i+2])))
			i += 2
			continue
		}
		if !strayPercent {
			return "", i
		}
		out = append(out, '%')
	}
	return string(out), -1
}

func hexValue(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
