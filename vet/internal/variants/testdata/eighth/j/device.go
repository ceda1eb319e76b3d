package j

import (
	"context"
	"io"
	"log/slog"

	"github.com/braid-go/braid"
)

// want-rule (j): a call is abandoned and nothing says why it has to be
func Serial(ctx context.Context, d Driver, device string) (string, error) {
	return braid.Abandon(ctx, func() (string, error) {
		return d.Serial(device)
	}, func(serial string, err error) {
		slog.WarnContext(ctx, "late serial number", "device", device, "serial", serial, "err", err)
	})
}

// fine: the comment gives the reason, the call cannot be interrupted
func SerialOK(ctx context.Context, d Driver, device string) (string, error) {
	// Abandoned because the driver answers from an ioctl that takes no context
	// and hangs for minutes on a dying device.
	return braid.Abandon(ctx, func() (string, error) {
		return d.Serial(device)
	}, func(serial string, err error) {
		slog.WarnContext(ctx, "late serial number", "device", device, "serial", serial, "err", err)
	})
}

// want-rule (j): a device that is opened too late is ignored by onAbandon and stays open
func OpenDevice(ctx context.Context, d Driver, device string) (io.ReadCloser, error) {
	// Abandoned because the driver's open is an ioctl that cannot be interrupted.
	return braid.Abandon(ctx, func() (io.ReadCloser, error) {
		return d.Open(device)
	}, func(io.ReadCloser, error) {}, braid.Name("open "+device))
}

// fine: a device that is opened too late is closed
func OpenDeviceOK(ctx context.Context, d Driver, device string) (io.ReadCloser, error) {
	// Abandoned because the driver's open is an ioctl that cannot be interrupted.
	return braid.Abandon(ctx, func() (io.ReadCloser, error) {
		return d.Open(device)
	}, func(rc io.ReadCloser, err error) {
		if err == nil {
			err = rc.Close()
		}
		slog.WarnContext(ctx, "device came too late", "device", device, "err", err)
	}, braid.Name("open "+device))
}
