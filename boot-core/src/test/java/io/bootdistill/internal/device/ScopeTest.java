package io.bootdistill.internal.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A scope closes all that it owns, last first, whatever fails. */
@Tag("fast")
class ScopeTest {

    private final List<Integer> closed = new ArrayList<>();
    private final Scope scope = new Scope();

    @Test
    void closesInReverseOrderAndOnce() {
        own(1, null);
        own(2, null);
        scope.close();
        scope.close();
        assertEquals(List.of(2, 1), closed);
    }

    @Test
    void failuresOfAnyKindLeaveTheRestToBeClosed() {
        Error first = new UnsatisfiedLinkError();
        Exception second = new IllegalArgumentException();
        own(1, null);
        own(2, second);
        own(3, first);
        assertSame(first, assertThrows(Error.class, scope::close));
        assertSame(second, first.getSuppressed()[0]);
        assertEquals(List.of(3, 2, 1), closed);
    }

    @Test
    void checkedFailureIsWrapped() {
        IOException failure = new IOException();
        own(1, failure);
        assertSame(failure, assertThrows(IllegalStateException.class, scope::close).getCause());
    }

    @Test
    void failureOfTheCallerComesFirst() {
        Exception failure = new IllegalArgumentException();
        Error closing = new UnsatisfiedLinkError();
        own(1, closing);
        scope.closeAfter(failure);
        assertSame(closing, failure.getSuppressed()[0]);
    }

    private void own(int number, Throwable failure) {
        scope.own(() -> {
            closed.add(number);
            if (failure instanceof Error error) {
                throw error;
            }
            if (failure != null) {
                throw (Exception) failure;
            }
        });
    }
}
