module github.com/braid-go/braid/bench

go 1.26

replace github.com/braid-go/braid => ../

require (
	github.com/alitto/pond/v2 v2.7.1
	github.com/arunsworld/nursery v0.6.0
	github.com/avast/retry-go/v5 v5.0.0
	github.com/braid-go/braid v0.0.0
	github.com/cenkalti/backoff/v5 v5.0.3
	github.com/failsafe-go/failsafe-go v0.9.6
	github.com/gammazero/workerpool v1.2.1
	github.com/hashicorp/go-multierror v1.1.1
	github.com/oklog/run v1.2.0
	github.com/panjf2000/ants/v2 v2.12.1
	github.com/samber/lo v1.52.0
	github.com/sourcegraph/conc v0.3.0
	github.com/thejerf/suture/v4 v4.0.6
	go.uber.org/multierr v1.11.0
	golang.org/x/perf v0.0.0-20250813145418-2f7363a06fe1
	golang.org/x/sync v0.22.0
)

require (
	github.com/aclements/go-moremath v0.0.0-20210112150236-f10218a38794 // indirect
	github.com/bits-and-blooms/bitset v1.24.4 // indirect
	github.com/gammazero/deque v1.2.1 // indirect
	github.com/hashicorp/errwrap v1.0.0 // indirect
	golang.org/x/text v0.28.0 // indirect
)
