package pingpong

import (
	"fmt"
	"os"
	"text/tabwriter"
	"time"
)

// printTable prints what was measured, a line for each peer.
func printTable(rows []row) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "\npeer\tcall, there and back\tthe same, to a sleeper\tstream of messages\t"+
		"copies of 64 KiB")
	for _, r := range rows {
		fmt.Fprintf(w, "%v\t%v\t%v\t%.3g ns each\t%.3g GB/s\n", r.peer, r.call,
			r.wake.Round(10*time.Nanosecond), r.stream, r.bulk)
	}
	w.Flush()
	fmt.Println("\nA call is a generated stub and a turn of the loop at each end. Medians.\n" +
		"`./dev bench msg` has the parts, beside C, Go channels, pipes and sockets.")
}
