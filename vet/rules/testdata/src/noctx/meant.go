// Shapes of large programs that look like the rule's, and are meant.

package noctx

import (
	"context"
	"io"
	"net"
	"net/http"
	"time"
)

type root struct{ state *state }

type state struct{ ctx context.Context }

func (c *root) Execute() error                           { return nil }
func (c *root) ExecuteContext(ctx context.Context) error { return nil }

func executeRoot(parent context.Context, c *root) error {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	c.state.ctx = ctx
	return c.Execute()
}

func timeLeft(ctx context.Context) time.Duration {
	t, _ := ctx.Deadline()
	return time.Until(t)
}

func dialInTime(ctx context.Context, addr string) (net.Conn, error) {
	return net.DialTimeout("tcp", addr, timeLeft(ctx))
}

func NewProcess(pid int) (*root, error)                                 { return nil, nil }
func NewProcessWithContext(ctx context.Context, pid int) (*root, error) { return nil, nil }

func process(ctx context.Context) (*root, error) { return NewProcess(1) }

func port(ctx context.Context) (int, error) { return net.LookupPort("tcp", "http") }

// A request that is written to a connection by hand.

func connects(ctx context.Context, w io.Writer) error {
	req, err := http.NewRequest(http.MethodConnect, "https://a", nil)
	if err != nil {
		return err
	}
	return req.Write(w)
}

// A request that whoever gets it gives a context.

func newRequest(ctx context.Context, url string) (req *http.Request, err error) {
	req, err = http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("A", "b")
	return req, nil
}
