// Package vet runs braid's rules (package rules) over Go code, in every form that
// a tool for Go code can have:
//
//	braidvet ./...                            stand-alone; braid vet ./... is the same
//	braidvet -fix ./...                       … and mend what can be mended
//	go vet -vettool=$(which braidvet) ./...   in the place of go vet's own tool
//	go fix -fixtool=$(which braidvet) ./...   in the place of go fix's own tool
//	go tool braidvet ./...                    after go get -tool …/vet/cmd/braidvet
//
// and, by package golangci, as a plugin of golangci-lint. In go vet's and go fix's
// place it has all that theirs have: the standard analyzers are part of the suite.
//
// The stand-alone form starts go vet with the program itself as the tool. So it
// finds the same, knows all flags of builds (-tags, -C, …), and what has not changed since
// the last time comes out of Go's build cache.
package vet

import (
	"context"
	"io"
	"os"
	"slices"
	"strings"
)

// Main is the whole of a command: it gives the status to exit with, after all
// output has been written. In a process that go vet or go fix has started as
// their tool it does not return.
func Main(ctx context.Context, name string, args []string, stdout, stderr io.Writer) int {
	if IsTool(args) && slices.Equal(args, os.Args[1:]) { // which Tool reads
		Tool()
	}
	return standalone(ctx, name, args, stdout, stderr)
}

// IsTool tells whether these are the arguments (without the program's name) of
// go vet or go fix to their tool.
func IsTool(args []string) bool {
	if len(args) == 0 {
		return false
	}
	first, last := args[0], args[len(args)-1]
	if len(args) == 1 {
		return first == "-V=full" || first == "-flags" || isConfig(first)
	}
	return strings.HasPrefix(first, "-") && isConfig(last)
}

// isConfig tells whether a word names the description of a package that go vet
// hands to its tool. Package patterns do not look so, but for one that names a file.
func isConfig(word string) bool {
	if len(word) < 5 || word[len(word)-4:] != ".cfg" {
		return false
	}
	_, err := os.Stat(word)
	return err == nil
}
