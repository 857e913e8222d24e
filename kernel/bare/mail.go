package main

import (
	"sync/atomic"

	com "skerry/kernel/commons"
	"skerry/kernel/layout"
)

// send puts an order into a core's mail; false if the last one from here is not done yet.
func send(core uint64, order com.Order) bool {
	m := &commons().Mail[core%layout.CoresMax][me%layout.CoresMax]
	// ORDER: the line is free; pairs with takeOrder's store.
	if atomic.LoadUint64((*uint64)(&m.Order)) != uint64(com.NoOrder) {
		return false
	}
	// ORDER: publishes the order; pairs with takeOrder's load.
	atomic.StoreUint64((*uint64)(&m.Order), uint64(order))
	commons().Trace[me].Add(rdtsc(), com.EventOrder, uint64(order), core)
	return true
}

// takeOrder returns the order on a line and frees the line.
func takeOrder(m *com.Mail) com.Order {
	// ORDER: pairs with send's store.
	order := com.Order(atomic.LoadUint64((*uint64)(&m.Order)))
	if order != com.NoOrder {
		// ORDER: frees the line; pairs with send's load.
		atomic.StoreUint64((*uint64)(&m.Order), uint64(com.NoOrder))
	}
	return order
}

// clearMail drops orders that were for this core's last life.
func clearMail() {
	for from := range commons().Clock.Cores {
		takeOrder(&commons().Mail[me%layout.CoresMax][from%layout.CoresMax])
	}
}

// readMail does what other cores asked for, and what their deaths ask for.
func readMail() {
	for from := range commons().Clock.Cores {
		obey(takeOrder(&commons().Mail[me%layout.CoresMax][from%layout.CoresMax]))
	}
	inheritConsole()
}

// obey does what tests want of this core; other orders come with an NMI.
func obey(order com.Order) {
	switch order {
	case com.OrderFault:
		readMMIO(layout.UserEnd) // not mapped
	case com.OrderHang:
		spin()
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
