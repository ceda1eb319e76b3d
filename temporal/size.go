package temporal

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/converter"
)

// This file looks at sizes before anything is sent. The server refuses a payload
// of more than 2 MiB, and a worker whose message is larger than 4 MiB could not
// send it at all: the workflow would hang until a timeout. Here it is an error.

// MaxPayload is how many bytes the arguments of a call may have, encoded, and how
// many its result: the server's own limit.
const MaxPayload = 2 << 20

// ErrTooLarge is matched by the error of a call whose arguments or whose result
// have more than [MaxPayload] bytes.
var ErrTooLarge = errors.New("braid: too large to be sent")

// CheckSize gives an error that matches [ErrTooLarge], names what and tells the
// size if the values, encoded by conv, have more than [MaxPayload] bytes, and
// says so if they cannot be encoded. A nil conv means the SDK's default one.
func CheckSize(conv converter.DataConverter, what string, values ...any) error {
	_, err := size(conv, what, values)
	return err
}

// size gives how many bytes the values have, and the error of [CheckSize].
func size(conv converter.DataConverter, what string, values []any) (total int, err error) {
	if conv == nil {
		conv = converter.GetDefaultDataConverter()
	}
	payloads, err := conv.ToPayloads(values...)
	if err != nil {
		return 0, fmt.Errorf("braid: %s cannot be encoded: %w", what, err)
	}
	if payloads != nil {
		total = payloads.Size()
	}
	if total > MaxPayload {
		return total, fmt.Errorf("%w: %s: %s, of %s at most; what is larger belongs into a Store", ErrTooLarge, what, bytes(total), bytes(MaxPayload))
	}
	return total, nil
}

// bytes spells a size.
func bytes(n int) string {
	if n < 1<<20 {
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}

// encoded gives how many bytes the arguments of a call have, as far as that is known.
func encoded(args []any) int {
	n, _ := size(nil, "", args) // which is the SDK's to say
	return n
}
