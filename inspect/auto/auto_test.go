//go:build unix

package auto

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/braid-go/braid/inspect"
	"github.com/braid-go/braid/internal/socket"
)

func TestAProgramServesItsTreeToItsUserAlone(t *testing.T) {
	dir := t.TempDir()
	path := socket.Path(dir, os.Getpid())
	l, err := listen(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v", info, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- inspect.Serve(ctx, l) }()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}}
	defer transport.CloseIdleConnections()
	res, err := (&http.Client{Transport: transport}).Get("http://braid/tree.json")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if !strings.HasPrefix(string(text), `{"version":1`) {
		t.Errorf("got %s", text)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestSocketsAtWhichNobodyListensAreRemoved(t *testing.T) {
	dir := t.TempDir()
	stale, other := socket.Path(dir, 1), dir+"/braid-x.sock"
	l, err := net.Listen("unix", stale)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
	live, err := listen(socket.Path(dir, 2))
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	sweep(dir)
	got := strings.Join(socket.All(dir), " ")
	if want := socket.Path(dir, 2) + " " + other; got != want {
		t.Errorf("left are %s, not %s", got, want)
	}
}
