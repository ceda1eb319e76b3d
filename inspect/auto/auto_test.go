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

	"github.com/braid-go/braid/internal/socket"
)

func TestAProgramServesItsTreeToItsUserAlone(t *testing.T) {
	dir, err := socket.Dir() // where the import has put it
	if err != nil {
		t.Fatal(err)
	}
	path := socket.Path(dir, os.Getpid())
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v", info, err)
	}
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
}
