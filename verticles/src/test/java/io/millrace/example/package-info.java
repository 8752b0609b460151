/** What the docs show, compiled and run. */
package io.millrace.example;
