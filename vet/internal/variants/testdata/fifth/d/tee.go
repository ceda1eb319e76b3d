package d

import (
	"context"
	"errors"
	"net"

	"go.uber.org/multierr"
)

// want-rule (d): the combination of the sinks' errors is asserted to be a network error, which with two failures it is not
func (t *Tee) Write(ctx context.Context, batch []byte) (retry bool, err error) {
	for _, s := range t.sinks {
		err = multierr.Append(err, s.Write(ctx, batch))
	}
	if ne, ok := err.(net.Error); ok && ne.Timeout() {
		return true, err
	}
	return false, err
}

// fine: a retry is worth it if all that failed are timeouts, each of which is looked at
func (t *Tee) WriteOK(ctx context.Context, batch []byte) (retry bool, err error) {
	for _, s := range t.sinks {
		err = multierr.Append(err, s.Write(ctx, batch))
	}
	for _, e := range multierr.Errors(err) {
		var ne net.Error
		if !errors.As(e, &ne) || !ne.Timeout() {
			return false, err
		}
	}
	return err != nil, err
}
