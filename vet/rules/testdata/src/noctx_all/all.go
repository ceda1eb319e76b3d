// What is off by default: twins of which it is not known that they wait, and what cleans up.

package noctx_all

import (
	"context"
	"database/sql"
	"net"
	"net/http"
)

type cache struct{ kept map[string]string }

func (c *cache) Find(key string) string                             { return c.kept[key] }
func (c *cache) FindContext(ctx context.Context, key string) string { <-ctx.Done(); return c.kept[key] }

func finds(ctx context.Context, c *cache) string {
	return c.Find("a") // want `Find does not know ctx: use FindContext`
}

func near(ctx context.Context) (net.Conn, error) {
	return net.Dial("udp", "192.0.2.1:53") // want `Dial does not know ctx`
}

func makesUp(ctx context.Context, get func(context.Context) error) error {
	if err := get(ctx); err != nil {
		_, err = http.Get("http://localhost/other") // want `Get does not know ctx`
		return err
	}
	return nil
}

func cleanupRows(ctx context.Context, db *sql.DB) error {
	_, err := db.Exec("delete from rows") // want `Exec does not know ctx`
	return err
}

// forget drops the rows. It is there for a clean shutdown.
func forget(ctx context.Context, db *sql.DB) error {
	_, err := db.Exec("delete from rows") // want `Exec does not know ctx`
	return err
}
