// Mending: go fix with this program as its tool, and what is left to be said after it.

package vet

import (
	"bytes"
	"context"
	"fmt"
	"io"
)

// mend runs go fix. Go's own analyzers stay out of it unless -std asks for them:
// who mends loose ends has not asked for all that is modern.
func mend(ctx context.Context, name, self, dir string, o *order, stdout, stderr io.Writer) int {
	words := []string{"fix", "-fixtool=" + self}
	if o.diff {
		words = append(words, "-diff")
	}
	if (o.std == nil || !*o.std) && !picks(o.rest) {
		words = append(words, ours(true)...)
	}
	failed := func(err error) int {
		fmt.Fprintf(stderr, "%s: %v\n", name, err)
		return statusFailed
	}
	var diff bytes.Buffer
	out := stdout
	if o.diff {
		out = &diff
	}
	code, err := goCommand(ctx, name, dir, append(words, o.rest...), out, stderr)
	if err != nil {
		return failed(err)
	}
	if o.diff {
		if _, err := stdout.Write(patch(diff.Bytes(), dir)); err != nil {
			return failed(err)
		}
	}
	switch {
	case code == 0:
		return statusClean
	case o.diff && code == 1 && diff.Len() > 0:
		return statusFound
	}
	return statusFailed
}
