package j

import (
	"context"
	"log/slog"
	"net"

	"github.com/braid-go/braid"
)

// want-rule (j): the clause takes all conflicts, looks at none, and calls them handled
func (s *syncer) sync(ctx context.Context, keys []string) error {
	err := braid.Each(ctx, keys, s.push, braid.Limit(8), braid.Supervised)
	return braid.Catch(err,
		braid.On(func(error, []*conflict) error {
			return nil
		}),
		braid.Otherwise(func(err error) error { return err }),
	)
}

// fine: the conflicts are tried again
func (s *syncer) syncOK(ctx context.Context, keys []string) error {
	err := braid.Each(ctx, keys, s.push, braid.Limit(8), braid.Supervised)
	return braid.Catch(err,
		braid.On(func(_ error, all []*conflict) error {
			var again []string
			for _, c := range all {
				again = append(again, c.key)
			}
			return s.retry(ctx, again)
		}),
		braid.Otherwise(func(err error) error { return err }),
	)
}

// want-rule (j): a line that opens too late is thrown away, and stays open
func (m *modem) dial(ctx context.Context) (net.Conn, error) {
	// The driver of the modem knows no context.
	return braid.Abandon(ctx, m.open, func(_ net.Conn, err error) {
		if err != nil {
			slog.Info("dial ended late", "err", err)
		}
	}, braid.Name("modem"))
}

// fine: it is hung up
func (m *modem) dialOK(ctx context.Context) (net.Conn, error) {
	// The driver of the modem knows no context.
	return braid.Abandon(ctx, m.open, func(conn net.Conn, err error) {
		if err != nil {
			slog.Info("dial ended late", "err", err)
			return
		}
		conn.Close()
	}, braid.Name("modem"))
}
