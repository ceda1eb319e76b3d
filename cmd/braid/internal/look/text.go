package look

import (
	"strconv"
	"strings"
	"unicode"
)

// Line makes a text harmless in a terminal: what does not print is escaped. So
// are the characters that turn the direction of writing.
func Line(s string) string {
	clean := true
	for _, r := range s {
		clean = clean && unicode.IsPrint(r)
	}
	if clean {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		q := strconv.QuoteRune(r)
		b.WriteString(q[1 : len(q)-1])
	}
	return b.String()
}
