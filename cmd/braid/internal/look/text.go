package look

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
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

// plainJSON makes a JSON text harmless in a terminal, and changes nothing of what it
// says: it is one line, and what does not print stands in strings only, where it is
// escaped.
func plainJSON(text []byte) []byte {
	var line bytes.Buffer
	if json.Compact(&line, text) != nil {
		return nil // who calls has read it
	}
	plain := make([]byte, 0, line.Len()+1)
	for _, r := range line.String() {
		if unicode.IsPrint(r) {
			plain = utf8.AppendRune(plain, r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			plain = fmt.Appendf(plain, `\u%04x`, unit)
		}
	}
	return append(plain, '\n')
}

// plainDOT makes a text in DOT harmless in a terminal.
func plainDOT(text []byte) []byte {
	var plain strings.Builder
	for line := range strings.Lines(string(text)) {
		line, end := strings.CutSuffix(line, "\n")
		inside := strings.TrimLeft(line, "\t")
		plain.WriteString(line[:len(line)-len(inside)] + Line(inside))
		if end {
			plain.WriteByte('\n')
		}
	}
	return []byte(plain.String())
}
