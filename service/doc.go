// Package service runs the long-lived parts of a program: it starts them in
// the order in which they need each other, restarts those that fail, and stops
// them in the reverse order, softly first.
//
//	err := service.Run(ctx, []service.Part{
//		{Name: "db", Run: db.run, Restart: service.OnFailure},
//		{Name: "mail", Needs: []string{"db"}, Run: service.Loop(mail.sendNext)},
//		{Name: "api", Needs: []string{"db", "mail"}, Run: service.HTTP(srv)},
//	}, service.Signals(), service.Grace(10*time.Second))
//
// A [Part] is a name and a function. What is ready-made ([HTTP], [Listen],
// [Ticker], [Loop], [Func], [Supervise]) is a function for the field Run, so
// that all else about a part is always said in the same place.
//
// # Starting
//
// A part starts when all that it [Part.Needs] are ready, each of which says so
// by calling ready; what does not depend on each other starts at once.
//
// # Stopping
//
// A stop has two halves. In the soft one a part is asked: the channel that
// [Stopping] gives is closed, the context that [Soft] gives dies, its field
// Stop is called. A part is asked only when all that need it have ended, so
// that a handler still has its database. When the [Grace] is over comes the
// hard half: the contexts of all that are left die. A part that ends only then
// is in the error by name ([ErrCutShort]), and one that does not even obey that
// is reported with where it is blocked, and waited for all the same.
//
// Who began the stop, and why, is a [Reason]: a signal, the failure or end of
// a part, a call of [Service.Stop], the caller's context, or the service
// around. Everyone can ask for it: observers, the parts, and whoever gets the
// [*Error] of Run.
//
// # Failing
//
// An error, a panic and a [runtime.Goexit] of a part are failures. The part's
// [Restart] says what follows, a [Strategy] what else is restarted with it, a
// [Backoff] how long it waits, and [Intensity] when to give up. A failure that
// was overcome is no error of Run; observers see it. When the service gives up,
// the error has every failure that led there, and their number is bounded.
//
// The words are those of Erlang's supervisors, as in thejerf/suture. A part may
// itself be a service: a tree of supervisors.
package service
