// Timers: sleeps that wake in order, tickers, deadlines, and time that passes.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

func main() {
	start := time.Now()
	woken := make(chan int)
	for _, tenths := range []int{3, 1, 2} {
		time.AfterFunc(time.Duration(tenths)*100*time.Millisecond, func() { woken <- tenths })
	}
	fmt.Println(<-woken, <-woken, <-woken, time.Since(start) >= 300*time.Millisecond)

	ticker := time.NewTicker(5 * time.Millisecond)
	for range 20 {
		<-ticker.C
	}
	fmt.Println(time.Since(start) >= 390*time.Millisecond)

	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	select {
	case <-ctx.Done():
	case <-time.After(time.Hour):
	}
	fmt.Println(errors.Is(ctx.Err(), context.DeadlineExceeded))
	fmt.Println(time.Now().Year() >= 2024, time.Unix(0, 0).UTC())
}
