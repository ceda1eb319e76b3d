package progress_test

import (
	"testing"

	"github.com/braid-go/braid/progress"
)

func BenchmarkDone(b *testing.B) {
	p := progress.New("p")
	for b.Loop() {
		p.Done(1)
	}
}

func BenchmarkDoneOnNil(b *testing.B) {
	var p *progress.Progress
	for b.Loop() {
		p.Done(1)
	}
}

func BenchmarkChildAndEnd(b *testing.B) {
	p := progress.New("p")
	for b.Loop() {
		c := p.Child("c", 1)
		c.Done(1)
		c.End()
	}
}

func BenchmarkLookAtAThousandNodes(b *testing.B) {
	p := progress.New("p")
	for range 1000 {
		p.Child("c", 1).Total(3)
	}
	for b.Loop() {
		p.Snapshot()
	}
}
