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

// FailedDecorations finds the failed decorations anywhere in an entity or a collection, in the order of their pointers. A body that
// is not JSON is a [*ShapeError].
func FailedDecorations(body []byte) ([]FailedDecoration, error) {
	var root any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&root); err != nil {
		return nil, &ShapeError{Want: "decorated entity", Reason: "not JSON", Err: err}
	}
	return appendFailed(nil, root, ""), nil
}

// appendFailed walks the tree. Its depth is bounded by encoding/json, which refuses to nest deeper than 10000.
func appendFailed(found []FailedDecoration, node any, pointer string) []FailedDecoration {
	switch node := node.(type) {
	case []any:
		for i, item := range node {
			found = appendFailed(found, item, pointer+"/"+strconv.Itoa(i))
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(node)) {
			at := pointer + "/" + pointerEscaper.Replace(name)
			field, bang := strings.CutSuffix(name, "!")
			failure, isObject := node[name].(map[string]any)
			if !bang || field == "" || !isObject {
				found = appendFailed(found, node[name], at)
				continue
			}
			urn, _ := node[field].(string)
			raw, _ := json.Marshal(failure) // came from JSON
			found = append(found, FailedDecoration{Pointer: at, Field: field, URN: urn, Err: errorOf(raw)})
		}
	}
	return found
}

var pointerEscaper = strings.NewReplacer("~", "~0", "/", "~1")
