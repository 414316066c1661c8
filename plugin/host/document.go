package host

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/linkstep/linkstep/plugin"
)

// decode reads one JSON document with numbers kept as they are. Its errors
// name the line.
func decode(text json.RawMessage) (doc any, err error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var syntax *json.SyntaxError
	switch err := dec.Decode(&doc); {
	case errors.As(err, &syntax):
		return nil, fmt.Errorf("%s at %s", syntax.Error(), position(text, int(syntax.Offset)-1))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, errors.New("it ends too early")
	case err != nil:
		return nil, err
	}
	end := int(dec.InputOffset())
	if rest := bytes.TrimLeft(text[end:], " \t\r\n"); len(rest) > 0 {
		return nil, fmt.Errorf("there is more after its end at %s", position(text, len(text)-len(rest)))
	}
	return doc, nil
}

// position names the place of a byte in a text, both counted from one.
func position(text []byte, offset int) string {
	before := text[:max(0, min(offset, len(text)))]
	return fmt.Sprintf("line %d, column %d", 1+bytes.Count(before, []byte("\n")), len(before)-bytes.LastIndexByte(before, '\n'))
}

const (
	digitsMax   = 100 // characters of a number
	exponentMax = 400 // beyond every float64
)

// unfit lists the numbers that no field can want and that would take long to
// compare, or that the validator cannot read at all: 1e10000000.
func unfit(doc any, location []string) (list []plugin.Violation) {
	switch v := doc.(type) {
	case json.Number:
		_, exponent, _ := strings.Cut(strings.ToLower(v.String()), "e")
		n, err := strconv.Atoi(cmp.Or(exponent, "0"))
		if len(v) > digitsMax || err != nil || max(n, -n) > exponentMax {
			list = append(list, plugin.Violation{Pointer: pointer(location), Message: nameOf(location) + " is a number out of all bounds"})
		}
	case []any:
		for i, item := range v {
			list = append(list, unfit(item, append(location, strconv.Itoa(i)))...)
		}
	case map[string]any:
		for key, item := range v {
			list = append(list, unfit(item, append(location, key))...)
		}
	}
	return list[:min(len(list), violationsMax)]
}

// nameOf is what a message calls the value at a location.
func nameOf(location []string) string {
	n := len(location)
	if n == 0 {
		return "it"
	}
	last := location[n-1]
	if i, err := strconv.Atoi(last); err == nil && n > 1 {
		return fmt.Sprintf("entry %d of %s", i+1, location[n-2])
	}
	return last
}

// RFC 6901, section 3.
var (
	pointerEscaper   = strings.NewReplacer("~", "~0", "/", "~1")
	pointerUnescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

// pointer writes a location as a JSON pointer.
func pointer(location []string, more ...string) string {
	var b strings.Builder
	for _, token := range append(slices.Clone(location), more...) {
		b.WriteByte('/')
		b.WriteString(pointerEscaper.Replace(token))
	}
	return b.String()
}

// lookUp follows a JSON pointer into a decoded document, nil when it leads
// nowhere.
func lookUp(doc any, pointer string) any {
	for _, token := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		if token == "" {
			continue
		}
		token = pointerUnescaper.Replace(token)
		switch v := doc.(type) {
		case map[string]any:
			doc = v[token]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			doc = v[i]
		default:
			return nil
		}
	}
	return doc
}
