package progress_test

import (
	"context"
	"testing"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/progress"
)

func TestNoItemsAtAllAreAllThereAre(t *testing.T) {
	p := progress.New("backup")
	save := func(context.Context, string) error { return nil }
	for _, files := range [][]string{{"a", "b"}, nil} {
		if err := braid.Each(t.Context(), files, save, braid.Track(p.Child("files", 1))); err != nil {
			t.Error(err)
		}
	}
	wantFraction(t, p, 1)
}
