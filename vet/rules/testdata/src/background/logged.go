// Loggers may be had for any context.

package background

import (
	"context"

	"background/zap"
)

func logged(ctx context.Context) {
	zap.G(context.TODO()).Info("logged")
}
