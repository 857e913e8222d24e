package main

import (
	"sync/atomic"

	com "skerry/kernel/commons"
	"skerry/kernel/layout"
)

// send puts an order into a core's mail, in place of one that was not taken yet.
func send(core uint64, order com.Order) {
	m := &commons().Mail[core%layout.CoresMax][me%layout.CoresMax]
	// ORDER: publishes the order; pairs with takeOrder's exchange.
	atomic.StoreUint64((*uint64)(&m.Order), uint64(order))
	trace(com.EventOrder, uint64(order), core)
}

// takeOrder returns the order on a line and frees the line.
func takeOrder(m *com.Mail) com.Order {
	// ORDER: takes what is there, also if it came this moment; pairs with send's store.
	return com.Order(atomic.SwapUint64((*uint64)(&m.Order), uint64(com.NoOrder)))
}

// clearMail drops orders that were for this core's last life.
func clearMail() {
	for from := range commons().Clock.Cores {
		takeOrder(&commons().Mail[me%layout.CoresMax][from%layout.CoresMax])
	}
}

// readMail does what other cores asked for, and what their deaths ask for. An order whose NMI is
// still on its way may be among it.
func readMail() {
	for from := range commons().Clock.Cores {
		order := takeOrder(&commons().Mail[me%layout.CoresMax][from%layout.CoresMax])
		endIf(order, from, 0)
		obey(order)
	}
	inheritConsole()
}

// obey does what tests want of this core.
func obey(order com.Order) {
	switch order {
	case com.OrderFault:
		readMMIO(layout.UserEnd) // not mapped
	case com.OrderHang:
		for {
			pause()
		}
	}
}

// mailAll has all cores that run look at what is new.
func mailAll() {
	for c := range commons().Clock.Cores {
		if c != me && running(c) {
			command(c, commandFixed|vectorMail)
		}
	}
}
