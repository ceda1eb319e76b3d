package input

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func all(r *Reader) (args []string, err error) {
	for {
		arg, err := r.Next()
		if err == io.EOF {
			return args, nil
		}
		if err != nil {
			return args, err
		}
		args = append(args, arg)
	}
}

func TestEachLineIsAnArgument(t *testing.T) {
	for in, want := range map[string]string{
		"":               "",
		"\n\n":           "",
		"a\nb\n":         "a|b",
		"a\n\nb":         "a|b",
		" a b \n\tc\r\n": " a b |\tc\r",
	} {
		got, err := all(New(iotest.OneByteReader(strings.NewReader(in)), '\n'))
		if err != nil || strings.Join(got, "|") != want {
			t.Errorf("%q gives %q, %v", in, got, err)
		}
	}
}

func TestZeroBytesPartArgumentsWhenAskedFor(t *testing.T) {
	got, err := all(New(strings.NewReader("a\nb\x00c\x00"), 0))
	if err != nil || strings.Join(got, "|") != "a\nb|c" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := all(New(strings.NewReader("a\x00b\n"), '\n')); err == nil || !strings.Contains(err.Error(), "--null") {
		t.Errorf("a zero byte gives %v", err)
	}
}

func TestWhatCannotBeAnArgumentIsAnError(t *testing.T) {
	args, err := all(New(strings.NewReader("a\n"+strings.Repeat("x", MaxArg)+"\n"+strings.Repeat("x", MaxArg+1)+"\n"), '\n'))
	if len(args) != 2 || err == nil || !strings.Contains(err.Error(), "argument 3 is longer") {
		t.Errorf("got %d arguments, %v", len(args), err)
	}
	broken := errors.New("broken")
	if args, err := all(New(io.MultiReader(strings.NewReader("a\n"), iotest.ErrReader(broken)), '\n')); len(args) != 1 || err != broken {
		t.Errorf("got %q, %v", args, err)
	}
}

func FuzzArgumentsGoTogetherAgain(f *testing.F) {
	f.Add("a\nb\n\nc")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := all(New(strings.NewReader(in), '\n'))
		if err != nil {
			return
		}
		var want []string
		for _, line := range strings.Split(in, "\n") {
			if line != "" {
				want = append(want, line)
			}
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%q gives %q", in, got)
		}
	})
}
