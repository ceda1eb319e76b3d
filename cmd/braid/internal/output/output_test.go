package output

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
)

func TestOutputComesInTheOrderOfTheSlots(t *testing.T) {
	var out, errs bytes.Buffer
	o := NewOrdered(&out, &errs)
	const n = 200
	var slots []*Slot
	for range n {
		slots = append(slots, o.Slot(true))
	}
	var want, wantErrs strings.Builder
	var done sync.WaitGroup
	for i, at := range rand.Perm(n) {
		fmt.Fprintf(&want, "%d.1\n%d.2\n", i, i)
		fmt.Fprintf(&wantErrs, "e%d\n", i)
		done.Go(func() {
			fmt.Fprintf(slots[at].Stdout(), "%d.1\n", at)
			fmt.Fprintf(slots[at].Stderr(), "e%d\n", at)
			fmt.Fprintf(slots[at].Stdout(), "%d.2\n", at)
			if err := slots[at].Close(true); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	if out.String() != want.String() || errs.String() != wantErrs.String() {
		t.Errorf("got\n%s%s", out.String(), errs.String())
	}
}

func TestTheFirstInTurnIsPrintedAsItGoes(t *testing.T) {
	var out bytes.Buffer
	o := NewOrdered(&out, &out)
	a, b := o.Slot(true), o.Slot(true)
	fmt.Fprint(b.Stdout(), "b1 ")
	fmt.Fprint(a.Stdout(), "a1 ")
	if out.String() != "a1 " {
		t.Errorf("printed %q", out.String())
	}
	a.Close(true)
	if out.String() != "a1 b1 " {
		t.Errorf("printed %q", out.String())
	}
	fmt.Fprint(b.Stdout(), "b2 ")
	if out.String() != "a1 b1 b2 " {
		t.Errorf("printed %q", out.String())
	}
}

func TestWhatMayBeTakenBackIsPrintedAtTheEnd(t *testing.T) {
	var out bytes.Buffer
	o := NewOrdered(&out, &out)
	a, b := o.Slot(false), o.Slot(false)
	fmt.Fprint(a.Stdout(), "first attempt ")
	a.Reset()
	fmt.Fprint(a.Stdout(), "second attempt ")
	fmt.Fprint(b.Stdout(), "cut short ")
	if out.Len() != 0 {
		t.Errorf("printed %q", out.String())
	}
	a.Close(true)
	b.Close(false)
	if out.String() != "second attempt " {
		t.Errorf("printed %q", out.String())
	}
}

func TestSlotsThatWereNeverClosedHoldNothingUp(t *testing.T) {
	var out bytes.Buffer
	o := NewOrdered(&out, &out)
	o.Slot(true)
	b := o.Slot(true)
	fmt.Fprint(b.Stdout(), "b")
	b.Close(true)
	if err := o.Finish(); err != nil || out.String() != "b" {
		t.Errorf("printed %q, %v", out.String(), err)
	}
}

type broken struct{ error }

func (b broken) Write([]byte) (int, error) { return 0, b.error }

func TestAFailureToPrintIsReportedAndEndsPrinting(t *testing.T) {
	fault := errors.New("no more")
	o := NewOrdered(broken{fault}, broken{fault})
	a, b := o.Slot(true), o.Slot(true)
	fmt.Fprint(b.Stdout(), "b")
	if err := a.Close(true); err != fault {
		t.Errorf("Close gave %v", err)
	}
	if err := b.Close(true); err != fault {
		t.Errorf("Close gave %v", err)
	}
}

func TestMuchOutputGoesToAFileAndComesBackWhole(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var store Store
	defer store.Close()
	a, b := &Spool{store: &store}, &Spool{store: &store}
	chunk := bytes.Repeat([]byte("0123456789abcdef"), 2048) // 32 KiB
	var want bytes.Buffer
	for i := range 128 { // 4 MiB each
		chunk[0] = byte(i)
		want.Write(chunk)
		for _, s := range []*Spool{a, b} {
			if _, err := s.Write(chunk); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(a.memory) > spoolMemory || store.end == 0 {
		t.Fatalf("%d bytes in memory, %d in the file", len(a.memory), store.end)
	}
	if left, _ := os.ReadDir(os.Getenv("TMPDIR")); len(left) != 0 {
		t.Errorf("the file has a name: %v", left)
	}
	if got := a.Tail(5); string(got) != "bcdef" {
		t.Errorf("the tail is %q", got)
	}
	for _, s := range []*Spool{a, b} {
		var got bytes.Buffer
		if err := s.Flush(&got); err != nil || !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%d bytes came back of %d, %v", got.Len(), want.Len(), err)
		}
	}
	if store.memory != 0 || store.used != 0 || store.end != 0 {
		t.Errorf("still held: %d, %d, %d", store.memory, store.used, store.end)
	}
}

func TestTheMemoryOfManySpoolsIsBounded(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var store Store
	defer store.Close()
	chunk := make([]byte, spoolMemory)
	for range 80 {
		s := &Spool{store: &store}
		if _, err := s.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	if store.memory > storeMemory || store.used != 16<<20 {
		t.Errorf("%d bytes in memory, %d in the file", store.memory, store.used)
	}
}

func TestLinesGetTheirPrefix(t *testing.T) {
	var out bytes.Buffer
	var lock sync.Mutex
	a, b := NewPrefixed(&lock, &out, "a | "), NewPrefixed(&lock, &out, "b | ")
	fmt.Fprint(a, "on")
	fmt.Fprint(b, "x\n\ny")
	fmt.Fprint(a, "e\ntwo")
	a.Close()
	b.Close()
	b.Close()
	if want := "b | x\nb | \na | one\na | two\nb | y\n"; out.String() != want {
		t.Errorf("got %q", out.String())
	}
}

func TestALineWithoutEndIsCut(t *testing.T) {
	var out bytes.Buffer
	w := NewPrefixed(new(sync.Mutex), &out, ">")
	long := strings.Repeat("x", maxLine*2+1)
	fmt.Fprint(w, long)
	w.Close()
	if got := strings.Split(out.String(), "\n"); len(got) != 4 || strings.ReplaceAll(strings.Join(got, ""), ">", "") != long {
		t.Errorf("%d lines", len(got))
	}
}

func TestALineThatIsCutHasNoEmptyLineBehindIt(t *testing.T) {
	long := strings.Repeat("a", maxLine)
	for in, want := range map[string]string{
		long + "\nend\n":             "p|" + long + "\np|end\n",
		long + "\n\nend\n":           "p|" + long + "\np|\np|end\n",
		long + long + "\nend\n":      "p|" + long + "\np|" + long + "\np|end\n",
		long + "b\nend\n":            "p|" + long + "\np|b\np|end\n",
		long[1:] + "\nend\n":         "p|" + long[1:] + "\np|end\n",
		long:                         "p|" + long + "\n",
		long + "\n":                  "p|" + long + "\n",
		"\n" + long + "\n\n" + "end": "p|\np|" + long + "\np|\np|end\n",
	} {
		for _, size := range []int{1, 1000, maxLine, len(in)} {
			var out bytes.Buffer
			w := NewPrefixed(new(sync.Mutex), &out, "p|")
			for rest := in; rest != ""; {
				n, err := w.Write([]byte(rest[:min(size, len(rest))]))
				if err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
			}
			w.Close()
			if short := strings.NewReplacer(long[1:], "…"); out.String() != want {
				t.Errorf("%q in pieces of %d gives %q, want %q", short.Replace(in), size, short.Replace(out.String()), short.Replace(want))
			}
		}
	}
}
