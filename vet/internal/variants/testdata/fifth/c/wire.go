package c

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// want-rule (c): the reply is read without a deadline, so that a silent peer holds the caller beyond the end of its context
func (w *Wire) RoundTrip(ctx context.Context, req []byte) (resp []byte, err error) {
	if dl, ok := ctx.Deadline(); ok {
		if err := w.nc.SetWriteDeadline(dl); err != nil {
			return nil, err
		}
	}
	frame := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(req)), uint32(len(req)))
	if _, err := w.nc.Write(append(frame, req...)); err != nil {
		return nil, fmt.Errorf("write request: %w", err)
	}
	var head [4]byte
	if _, err := io.ReadFull(w.nc, head[:]); err != nil {
		return nil, fmt.Errorf("read head: %w", err)
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > maxFrame {
		return nil, fmt.Errorf("reply of %d bytes", n)
	}
	resp = make([]byte, n)
	if _, err := io.ReadFull(w.nc, resp); err != nil {
		return nil, fmt.Errorf("read reply: %w", err)
	}
	return resp, nil
}

// fine: the end of the context moves the connection's deadline into the past, which ends the write and the reads
func (w *Wire) RoundTripOK(ctx context.Context, req []byte) (resp []byte, err error) {
	stop := context.AfterFunc(ctx, func() {
		w.nc.SetDeadline(time.Unix(1, 0))
	})
	defer func() {
		if !stop() && err != nil {
			err = fmt.Errorf("%w: %w", context.Cause(ctx), err)
		}
	}()
	frame := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(req)), uint32(len(req)))
	if _, err := w.nc.Write(append(frame, req...)); err != nil {
		return nil, fmt.Errorf("write request: %w", err)
	}
	var head [4]byte
	if _, err := io.ReadFull(w.nc, head[:]); err != nil {
		return nil, fmt.Errorf("read head: %w", err)
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > maxFrame {
		return nil, fmt.Errorf("reply of %d bytes", n)
	}
	resp = make([]byte, n)
	if _, err := io.ReadFull(w.nc, resp); err != nil {
		return nil, fmt.Errorf("read reply: %w", err)
	}
	return resp, nil
}
