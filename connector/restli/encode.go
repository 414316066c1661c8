package restli

// charset says which bytes are written as they are.
type charset [256]bool

const (
	unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~" // RFC 3986, 2.3
	structural = "(),:'"                                                              // what gives a value its shape
	upperHex   = "0123456789ABCDEF"
)

var (
	// inURL leaves the unreserved characters only. Structural characters inside a value must not survive, and everything
	// else is escaped because no server may then mistake it: the plus of C++, the ampersand of R&D.
	inURL = charsetOf(unreserved)

	// inHeader is the reduced encoding. The percent sign is escaped along with the five, as Rest.li's server code does:
	// without that, the text "%2C" could not be told from a comma.
	inHeader = charsetWithout(structural + "%")
)

func charsetOf(chars string) *charset {
	var set charset
	for i := range len(chars) {
		set[chars[i]] = true
	}
	return &set
}

func charsetWithout(chars string) *charset {
	var set charset
	for i := range set {
		set[i] = true
	}
	for i := range len(chars) {
		set[chars[i]] = false
	}
	return &set
}

// Encode writes v in the full encoding, for paths and queries: Encode(String("urn:li:person:1")) is urn%3Ali%3Aperson%3A1. The
// result is ready for use as one path segment or one parameter value and must not be encoded again.
func Encode(v Value) string { return string(appendValue(nil, v, inURL)) }

// EncodeReduced writes v in the reduced encoding of response headers and JSON keys, in which only the structural characters
// and the percent sign are escaped.
func EncodeReduced(v Value) string { return string(appendValue(nil, v, inHeader)) }

func appendValue(dst []byte, v Value, safe *charset) []byte {
	if v == nil {
		v = Null
	}
	return v.appendTo(dst, safe)
}

func (s String) appendTo(dst []byte, safe *charset) []byte {
	if s == "" {
		return append(dst, "''"...)
	}
	return appendEscaped(dst, string(s), safe)
}

func (l List) appendTo(dst []byte, safe *charset) []byte {
	dst = append(dst, "List("...)
	for i, v := range l {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendValue(dst, v, safe)
	}
	return append(dst, ')')
}

func (o Object) appendTo(dst []byte, safe *charset) []byte {
	dst = append(dst, '(')
	for i, entry := range o {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = String(entry.Name).appendTo(dst, safe)
		dst = append(dst, ':')
		dst = appendValue(dst, entry.Value, safe)
	}
	return append(dst, ')')
}

// appendEscaped writes text byte by byte, so that characters beyond ASCII become the escapes of their UTF-8 bytes.
func appendEscaped(dst []byte, text string, safe *charset) []byte {
	for i := range len(text) {
		c := text[i]
		if safe[c] {
			dst = append(dst, c)
			continue
		}
		dst = append(dst, '%', upperHex[c>>4], upperHex[c&15])
	}
	return dst
}
