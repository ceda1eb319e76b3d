package j

import (
	"context"
	"fmt"
	"net"

	"github.com/braid-go/braid"
)

// want-rule (j): the connection is closed by a task that is never called if the other one has failed meanwhile
func (f *Follower) Follow(ctx context.Context) error {
	var d net.Dialer
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, addr := range []string{f.primary, f.standby} {
			conn, err := d.DialContext(ctx, "tcp", addr)
			if err != nil {
				return fmt.Errorf("dial %s: %w", addr, err)
			}
			g.Go(func(ctx context.Context) error {
				defer conn.Close()
				return f.follow(ctx, conn)
			})
		}
		return nil
	}, braid.Name("follower"))
}

// fine: the group owns the connection and closes it whether or not the task was called
func (f *Follower) FollowOK(ctx context.Context) error {
	var d net.Dialer
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, addr := range []string{f.primary, f.standby} {
			conn, err := d.DialContext(ctx, "tcp", addr)
			if err != nil {
				return fmt.Errorf("dial %s: %w", addr, err)
			}
			braid.GoWith(g, conn, func(ctx context.Context, conn net.Conn) error {
				return f.follow(ctx, conn)
			})
		}
		return nil
	}, braid.Name("follower"))
}
