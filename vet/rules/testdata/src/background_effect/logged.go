// Loggers may be had for any context.

package background_effect

import (
	"context"

	"background_effect/zap"
)

func logged(ctx context.Context) {
	zap.G(context.TODO()).Info("logged")
}
