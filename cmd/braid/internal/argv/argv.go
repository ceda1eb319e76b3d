// Package argv reads what stands behind the flags: commands, given word by
// word and parted by ":::".
package argv

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

const (
	Sep  = ":::" // stands between commands, and before the arguments of a map
	Hole = "{}"  // is replaced by the argument
)

var errNone = errors.New("no command given")

// Commands cuts words into commands. None of them is empty.
func Commands(words []string) ([][]string, error) {
	if len(words) == 0 {
		return nil, errNone
	}
	var commands [][]string
	for rest := words; ; {
		at := slices.Index(rest, Sep)
		command := rest
		if at >= 0 {
			command = rest[:at]
		}
		if len(command) == 0 {
			return nil, missing(len(commands), at >= 0)
		}
		if command[0] == "" {
			return nil, errors.New("the name of a program is empty")
		}
		commands = append(commands, command)
		if at < 0 {
			return commands, nil
		}
		rest = rest[at+1:]
	}
}

func missing(before int, sepFollows bool) error {
	switch {
	case before == 0:
		return fmt.Errorf("no command before the first %s", Sep)
	case sepFollows:
		return fmt.Errorf("no command between two %s", Sep)
	default:
		return fmt.Errorf("no command after the last %s", Sep)
	}
}

// A Template is a command with holes for an argument.
type Template []string

// Map cuts words into a template and its arguments. If there is no ":::",
// listed is false, and the arguments come from elsewhere.
func Map(words []string) (t Template, args []string, listed bool, err error) {
	t = words
	if at := slices.Index(words, Sep); at >= 0 {
		t, args, listed = words[:at], words[at+1:], true
	}
	switch {
	case len(t) == 0 && listed:
		return nil, nil, false, fmt.Errorf("no command before %s", Sep)
	case len(t) == 0:
		return nil, nil, false, errNone
	case t[0] == "":
		return nil, nil, false, errors.New("the name of the program is empty")
	case slices.Contains(args, Sep):
		return nil, nil, false, fmt.Errorf("a second %q: the arguments are one list", Sep)
	}
	return t, args, listed, nil
}

// With gives the command for one argument: each "{}" in each word is replaced;
// if there is none, the argument is put at the end.
func (t Template) With(arg string) []string {
	command := make([]string, len(t), len(t)+1)
	found := false
	for i, word := range t {
		found = found || strings.Contains(word, Hole)
		command[i] = strings.ReplaceAll(word, Hole, arg)
	}
	if !found {
		command = append(command, arg)
	}
	return command
}

// Program gives the program's name if it is the same for every argument.
func (t Template) Program() (name string, fixed bool) {
	return t[0], !strings.Contains(t[0], Hole)
}
