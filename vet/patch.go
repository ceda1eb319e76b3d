// What go fix -diff writes, made into what patch -p1 and git apply take.

package vet

import (
	"bufio"
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

var hunkHead = regexp.MustCompile(`^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@`)

// patch names files as they lie below dir, and counts the lines of the new side
// anew: go fix loses those that stay between two changes of one hunk. It gives the number of
// files too.
func patch(diff []byte, dir string) (out []byte, files int) {
	var b bytes.Buffer
	old, added := 0, 0 // lines that are left of the hunk's old and new side
	more := 0          // how many lines the file has got longer by
	for in := bufio.NewReader(bytes.NewReader(diff)); ; {
		line, err := in.ReadString('\n')
		if line == "" && err != nil {
			return b.Bytes(), files
		}
		switch {
		case old > 0 || added > 0:
			switch line[0] {
			case '-':
				old, more = old-1, more-1
			case '+':
				added, more = added-1, more+1
			case ' ':
				old, added = old-1, added-1
			}
		case strings.HasPrefix(line, "--- "):
			files, more = files+1, 0
			line = "--- a/" + below(strings.TrimSuffix(line[len("--- "):], " (old)\n"), dir)
		case strings.HasPrefix(line, "+++ "):
			line = "+++ b/" + below(strings.TrimSuffix(line[len("+++ "):], " (new)\n"), dir)
		default:
			if m := hunkHead.FindStringSubmatch(line); m != nil {
				from, _ := strconv.Atoi(m[1])
				old, added = count(m[2]), count(m[3])
				line = fmt.Sprintf("@@ -%d,%d +%d,%d @@\n", from, old, from+more, added)
			}
		}
		b.WriteString(line)
	}
}

func count(s string) int {
	if s == "" {
		return 1
	}
	n, _ := strconv.Atoi(s)
	return n
}

// below gives a name for the head of a patch. A tab ends what has a space in it.
func below(file, dir string) string {
	if rel, err := filepath.Rel(dir, file); err == nil {
		file = filepath.ToSlash(rel)
	}
	if strings.Contains(file, " ") {
		file += "\t"
	}
	return file + "\n"
}
