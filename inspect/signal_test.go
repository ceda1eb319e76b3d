//go:build unix

package inspect_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/braid-go/braid/inspect"
)

type lines chan string

func (l lines) Write(p []byte) (int, error) { l <- string(p); return len(p), nil }

func TestASignalDumpsTheTreeUntilItIsStopped(t *testing.T) {
	w := make(lines, 100)
	stop := inspect.OnSignal(w, syscall.SIGUSR1)
	if err := syscall.Kill(os.Getpid(), syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	if text := <-w; !strings.Contains(text, filepath.Base(os.Args[0])+" (pid ") {
		t.Errorf("got %s", text)
	}
	stop()
	stop()
}
