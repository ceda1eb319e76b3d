package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/braid-go/braid/engine"
)

func TestPicturesBecomeSmallAndWhatIsNoneIsReported(t *testing.T) {
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "small")
	if err := paint(t.Context(), from, 5); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := shrinkAll(t.Context(), engine.Local(), from, to, 64, &out); err != nil {
		t.Fatal(err)
	}
	if s := out.String(); !strings.Contains(s, "picture-0004.png: thumbnails.shrink[4]: image: unknown format") || !strings.Contains(s, "4 of 5 small pictures") {
		t.Errorf("it says:\n%s", s)
	}
	for i, name := range []string{"picture-0000.png.png", "picture-0003.png.png"} {
		img, err := read(filepath.Join(to, name))
		if err != nil {
			t.Fatal(err)
		}
		if b := img.Bounds(); b.Dx() != 64 || b.Dy() != 48 {
			t.Errorf("%d is %v", i, b)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(to, ".thumbnail-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if entries, err := os.ReadDir(to); err != nil || len(entries) != 4 {
		t.Errorf("%d files, %v", len(entries), err)
	}
}
