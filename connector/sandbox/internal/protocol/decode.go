package protocol

import (
	"strings"
	"unicode/utf8"
)

// decode undoes percent-encoding. It refuses what a correct encoder never writes: a plus sign or a
// space (the marks of form encoding), bytes outside ASCII, broken escapes and broken UTF-8.
func decode(raw string) (text string, offset int, problem string) {
	var b strings.Builder
	b.Grow(len(raw))
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '%':
			if i+2 >= len(raw) || unhex(raw[i+1]) < 0 || unhex(raw[i+2]) < 0 {
				return "", i, "broken percent escape"
			}
			b.WriteByte(byte(unhex(raw[i+1])<<4 | unhex(raw[i+2])))
			i += 2
		case c == '+':
			return "", i, "plus sign is not escaped (a space is %20, a plus is %2B)"
		case c <= ' ' || c >= 0x7f:
			return "", i, "character is not escaped"
		default:
			b.WriteByte(c)
		}
	}
	if !utf8.ValidString(b.String()) {
		return "", 0, "escapes are not UTF-8"
	}
	return b.String(), 0, ""
}

func unhex(c byte) int {
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

// Reduce writes s in reduced encoding, as answers do in JSON keys: only the five structural
// characters are escaped.
func Reduce(s string) string { return reducer.Replace(s) }

var reducer = strings.NewReplacer(",", "%2C", "(", "%28", ")", "%29", "'", "%27", ":", "%3A")
