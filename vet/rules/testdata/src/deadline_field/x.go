package deadline_field

import (
	"context"
	"net"
	"time"
)

type client struct{ conn net.Conn }

func (c *client) reads(ctx context.Context, b []byte) error {
	_, err := c.conn.Read(b) // want `Read on conn has no deadline and ctx cannot end it`
	return err
}

func (c *client) limited(ctx context.Context, b []byte) error {
	c.conn.SetReadDeadline(time.Now().Add(time.Second))
	_, err := c.conn.Read(b)
	return err
}

func (c *client) closed(ctx context.Context, b []byte) error {
	defer context.AfterFunc(ctx, func() { c.conn.Close() })()
	_, err := c.conn.Read(b)
	return err
}

func (c *client) Close() error { return c.conn.Close() }
