package argv

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
)

// Labels finds a short name for each command that tells it from the others:
// the program's, with as many of its words as it takes, and in the end a
// number. No label is wider than width.
func Labels(commands [][]string, width int) []string {
	labels := make([]string, len(commands))
	shown := make([][]string, len(commands))
	for i, command := range commands {
		shown[i] = script(command)
	}
	for words := 1; ; words++ {
		longer, before := false, slices.Clone(labels)
		for i, command := range shown {
			if words > 1 && unique(before, i) {
				continue
			}
			n := min(words, len(command))
			longer = longer || n < len(command)
			labels[i] = Label(command[:n], width)
		}
		if !longer || words == 8 {
			break
		}
		if distinct(labels) {
			return labels
		}
	}
	number(labels, width)
	return labels
}

// number tells the labels apart that are still the same.
func number(labels []string, width int) {
	count := make(map[string]int)
	for _, label := range labels {
		count[label]++
	}
	next := make(map[string]int)
	for i, label := range labels {
		if count[label] < 2 {
			continue
		}
		for taken := true; taken; taken = count[labels[i]] > 0 {
			next[label]++
			end := "#" + strconv.Itoa(next[label])
			labels[i] = runewidth.Truncate(label, max(width-len(end), 1), "…") + end
		}
		count[labels[i]]++
	}
}

func unique(labels []string, i int) bool {
	for j, label := range labels {
		if j != i && label == labels[i] {
			return false
		}
	}
	return true
}

func distinct(labels []string) bool {
	seen := make(map[string]bool)
	for _, label := range labels {
		if seen[label] {
			return false
		}
		seen[label] = true
	}
	return true
}

// script gives the words of a shell's script for "sh -c script", which tells
// more than the shell's name does, and the command itself otherwise.
func script(command []string) []string {
	if len(command) < 3 || command[1] != "-c" {
		return command
	}
	switch filepath.Base(command[0]) {
	case "sh", "bash", "dash", "ksh", "zsh":
		if words := strings.Fields(command[2]); len(words) > 0 {
			return words
		}
	}
	return command
}

// Label shows a command on one line: the program without its folder, and no
// character that would disturb a terminal.
func Label(command []string, width int) string {
	command = script(command)
	words := append([]string{filepath.Base(command[0])}, command[1:]...)
	return clean(strings.Join(words, " "), width)
}

// Argument shows an argument on one line.
func Argument(arg string, width int) string {
	if arg == "" {
		return `""`
	}
	return clean(arg, width)
}

func clean(text string, width int) string {
	line := strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case !unicode.IsPrint(r):
			return '\ufffd'
		}
		return r
	}, text)
	if trimmed := strings.TrimRight(line, "; "); trimmed != "" {
		line = trimmed
	}
	return runewidth.Truncate(line, width, "…")
}
