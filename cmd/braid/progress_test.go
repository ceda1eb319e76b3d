package main

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid/progress"
)

func TestTheBarSaysHowMuchOfWhatIsKnownIsDoneAndHowLongItWillTake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := progress.New("p")
		want := func(want string) {
			t.Helper()
			if got := barText(p.Snapshot()); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
		want(" 0/0+")
		p.AtLeast(3)
		p.Done(2)
		time.Sleep(2 * time.Second)
		want(" 2/3+")
		p.Total(100)
		want(" 2/100, 1m38s left")
		p.Fail(1)
		want(" 3/100, 1 failed, 1m37s left")
		p.Done(97)
		want(" 100/100, 1 failed")
	})
}
