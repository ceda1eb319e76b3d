// Loggers may be had for any context.

package background_all

import (
	"context"

	"background_all/zap"
)

func logged(ctx context.Context) {
	zap.G(context.TODO()).Info("logged")
}
