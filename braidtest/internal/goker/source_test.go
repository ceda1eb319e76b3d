package main

import "testing"

func TestMendPutsTextsInPlaceOfLines(t *testing.T) {
	edits, err := parseEdits("# a comment\na/1\n2 two\n3-4\n5+ behind five\n\na/2\n1 other\n")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := mend("1\n2\n3\n4\n5\n6\n", edits["a/1"]); err != nil || got != "1\ntwo\n\n5\nbehind five\n6\n" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := mend("", []edit{{4, 5, ""}}); err == nil {
		t.Error("a line was mended that is not there")
	}
}

func TestMendedTxtIsReadAndInOrder(t *testing.T) {
	all, err := parseEdits(mended)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 68 {
		t.Errorf("%d kernels", len(all))
	}
	for name, edits := range all {
		at := 0
		for _, e := range edits {
			if e.from < at || e.to < e.from {
				t.Errorf("%s: %v", name, e)
			}
			at = e.to
		}
	}
}
