package braidtest

import (
	"slices"
	"strings"
)

// This file compares lines.

// diff reports whether got is as want, where a star stands for any text, and
// tells the two apart line by line.
func diff(got, want []string) (same bool, text string) {
	// common[i][j] is how many lines got[i:] and want[j:] have in common, in order.
	common := make([][]int, len(got)+1)
	for i := range common {
		common[i] = make([]int, len(want)+1)
	}
	for i, g := range slices.Backward(got) {
		for j, w := range slices.Backward(want) {
			if like(g, w) {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var b strings.Builder
	same = true
	i, j := 0, 0
	for i < len(got) || j < len(want) {
		switch {
		case i < len(got) && j < len(want) && like(got[i], want[j]):
			b.WriteString("  " + got[i] + "\n")
			i, j = i+1, j+1
			continue
		case j < len(want) && (i == len(got) || common[i][j+1] >= common[i+1][j]):
			b.WriteString("- " + want[j] + "\n")
			j++
		default:
			b.WriteString("+ " + got[i] + "\n")
			i++
		}
		same = false
	}
	return same, strings.TrimSuffix(b.String(), "\n")
}

// like reports whether a line is as the pattern says.
func like(line, pattern string) bool {
	if line == pattern {
		return true
	}
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return false
	}
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(line, first) {
		return false
	}
	line = line[len(first):]
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(line, part)
		if at < 0 {
			return false
		}
		line = line[at+len(part):]
	}
	return strings.HasSuffix(line, last)
}
