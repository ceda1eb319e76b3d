package report

import (
	"strings"
	"testing"
	"time"
)

func TestTheTreeIsAligned(t *testing.T) {
	var b strings.Builder
	Write(&b, "run failed in 1.2s", []Line{
		{Succeeded, "build", "0.8s", nil},
		{Failed, "test", "exit status 3, 1.1s", []string{"one", "two"}},
		{Stopped, "日本", "stopped", []string{"three"}},
	}, false)
	want := `run failed in 1.2s
├─ ✓ build  0.8s
├─ ✗ test   exit status 3, 1.1s
│      one
│      two
└─ ■ 日本   stopped
       three
`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
}

func TestColoursAreOnlyThereWhenAskedFor(t *testing.T) {
	for _, colour := range []bool{false, true} {
		var b strings.Builder
		Write(&b, "x", []Line{{Failed, "a", "b", nil}}, colour)
		if strings.Contains(b.String(), "\x1b") != colour {
			t.Errorf("colour %v gives %q", colour, b.String())
		}
	}
}

func TestDurationsReadWell(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                                     "0ms",
		3 * time.Millisecond:                  "3ms",
		1234 * time.Millisecond:               "1.2s",
		59*time.Second + 960*time.Millisecond: "1m00s",
		123 * time.Second:                     "2m03s",
		64 * time.Minute:                      "1h04m",
	} {
		if got := Duration(d); got != want {
			t.Errorf("%v reads %s, want %s", d, got, want)
		}
	}
}
