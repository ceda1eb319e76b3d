package j

import (
	"context"
	"time"

	"github.com/braid-go/braid"
)

// want-rule (j): the call is left behind at the deadline and nothing says why it cannot be ended otherwise
func (r *CardReader) License(ctx context.Context, key string) (holder string, err error) {
	err = braid.Timeout(ctx, 3*time.Second, func(ctx context.Context) error {
		name, err := braid.Abandon(ctx, func() (string, error) { return r.license(key) }, func(late string, err error) {
			r.log.Warn("license check came too late", "key", key, "holder", late, "err", err)
		}, braid.Name("license check"))
		holder = name
		return err
	})
	return holder, err
}

// fine: the comment says why the call has to be left behind
func (r *CardReader) LicenseOK(ctx context.Context, key string) (holder string, err error) {
	err = braid.Timeout(ctx, 3*time.Second, func(ctx context.Context) error {
		// The vendor's library takes no context and cannot be interrupted; a check
		// holds no resource, and ends by itself when the dongle times out.
		name, err := braid.Abandon(ctx, func() (string, error) { return r.license(key) }, func(late string, err error) {
			r.log.Warn("license check came too late", "key", key, "holder", late, "err", err)
		}, braid.Name("license check"))
		holder = name
		return err
	})
	return holder, err
}

// want-rule (j): the card that comes after the call was left behind is not closed by anybody
func (r *CardReader) Connect(ctx context.Context, slot int) (Card, error) {
	// The driver's connect takes no context: it blocks until a card is put in.
	return braid.Abandon(ctx, func() (Card, error) { return r.connect(slot) }, func(_ Card, err error) {
		if err != nil {
			r.log.Warn("late connect", "slot", slot, "err", err)
		}
	}, braid.Name("card connect"))
}

// fine: the card that comes too late is closed
func (r *CardReader) ConnectOK(ctx context.Context, slot int) (Card, error) {
	// The driver's connect takes no context: it blocks until a card is put in.
	return braid.Abandon(ctx, func() (Card, error) { return r.connect(slot) }, func(late Card, err error) {
		if err == nil {
			err = late.Close()
		}
		if err != nil {
			r.log.Warn("late connect", "slot", slot, "err", err)
		}
	}, braid.Name("card connect"))
}
