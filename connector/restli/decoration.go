package restli

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// FailedDecoration is a URN that LinkedIn could not expand: the entity came with HTTP 200, but holds "field!" with an error in
// place of "field~".
type FailedDecoration struct {
	Pointer string         // JSON pointer to the member, as in /profilePicture/displayImage!
	Field   string         // name of the field that was to be expanded: displayImage
	URN     string         // what stands in that field; "" when it is no text
	Err     *ErrorResponse // status, serviceErrorCode and message, as far as LinkedIn told them
}

// FailedDecorations finds the failed decorations anywhere in an entity or a collection: fields by name, list items in order. A
// body that is not JSON is a [*ShapeError].
func FailedDecorations(body []byte) ([]FailedDecoration, error) {
	var root any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&root); err != nil {
		return nil, &ShapeError{Want: "decorated entity", Reason: "not JSON", Err: err}
	}
	var w decorationWalk
	w.node(root)
	return w.found, nil
}

// decorationWalk goes through a tree of JSON. Its depth is bounded by encoding/json, which refuses to nest deeper than 10000.
type decorationWalk struct {
	path  []string // names and indexes from the root to the node, escaped
	found []FailedDecoration
}

func (w *decorationWalk) node(node any) {
	switch node := node.(type) {
	case []any:
		for i, item := range node {
			w.path = append(w.path, strconv.Itoa(i))
			w.node(item)
			w.path = w.path[:len(w.path)-1]
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(node)) {
			w.path = append(w.path, pointerEscaper.Replace(name))
			w.member(node, name)
			w.path = w.path[:len(w.path)-1]
		}
	}
}

func (w *decorationWalk) member(parent map[string]any, name string) {
	field, bang := strings.CutSuffix(name, "!")
	failure, isObject := parent[name].(map[string]any)
	if !bang || field == "" || !isObject {
		w.node(parent[name])
		return
	}
	urn, _ := parent[field].(string)
	raw, err := json.Marshal(failure)
	if err != nil {
		raw = nil // cannot be: it came from JSON
	}
	w.found = append(w.found, FailedDecoration{
		Pointer: "/" + strings.Join(w.path, "/"), Field: field, URN: urn, Err: errorOf(raw)})
}

var pointerEscaper = strings.NewReplacer("~", "~0", "/", "~1")
